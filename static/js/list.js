// The scripts of the list page. Their order is the order in which they get an event.
import "./query-form.js";
import "./results.js";
import "./focus.js";
import "./failure.js";
import "./history.js";
import "./filters.js";
import "./rows.js";
