// The scripts of the list page. An event reaches the scripts in this order.
import "./query-form.js";
import "./results.js";
import "./focus.js";
import "./failure.js";
import "./history.js";
import "./filters.js";
import "./rows.js";
