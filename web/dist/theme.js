// Before the first paint: the theme chosen on this machine, else the system's, and the system's changes.
// A file of its own, because the content policy allows no inline script.
(function () {
  var root = document.documentElement;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var choice = null;
    try {
      choice = localStorage.getItem("wardround.theme");
    } catch (e) {} // storage may be denied; the system's theme is right then
    root.dataset.theme = choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
  }
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
})();
