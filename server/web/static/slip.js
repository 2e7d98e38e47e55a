// Prints at once where the page that gave the number asked for it.
(() => {
  "use strict";
  document.getElementById("print").addEventListener("click", () => window.print());
  if (new URLSearchParams(location.search).has("print")) window.addEventListener("load", () => window.print());
})();
