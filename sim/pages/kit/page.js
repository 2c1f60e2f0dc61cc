(function () {
  function show() {
    var at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at && at.firstElementChild && at.firstElementChild.className === "folded") { at.firstElementChild.open = true; }
    for (var up = at; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") { up.open = true; }
      up.hidden = false;
    }
    if (at) { at.scrollIntoView(); }
  }
  function entries(of) { return document.getElementById(of.dataset.among).querySelectorAll(".entry"); }
  document.querySelectorAll(".finder").forEach(function (finder) { finder.hidden = false; });
  document.querySelectorAll("input[data-among]").forEach(function (field) {
    field.addEventListener("input", function () {
      var words = field.value.toLowerCase().split(/\s+/);
      entries(field).forEach(function (entry) {
        var told = entry.textContent.toLowerCase();
        entry.hidden = !words.every(function (word) { return told.includes(word); });
      });
    });
  });
  document.querySelectorAll("button[data-set]").forEach(function (button) {
    button.addEventListener("click", function () {
      entries(button).forEach(function (entry) { if (!entry.hidden) { entry.open = button.dataset.set === "open"; } });
    });
  });
  window.addEventListener("hashchange", show);
  if (location.hash) { show(); }
})();
