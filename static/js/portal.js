// The scripts of all pages.
import "./submit-once.js";
import "./recent.js";
import "./search-keys.js";
import "./keys.js";
