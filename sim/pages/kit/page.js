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
  // The words of a mark, also where nothing can point: those of the small one nearest to the touch, else of what was hit.
  function touched(drawing, event) {
    var near = null, least = 14;
    drawing.querySelectorAll("g > title").forEach(function (title) {
      var box = title.parentElement.getBoundingClientRect();
      var x = Math.max(box.left - event.clientX, 0, event.clientX - box.right);
      var y = Math.max(box.top - event.clientY, 0, event.clientY - box.bottom);
      if (Math.min(box.width, box.height) < 24 && Math.hypot(x, y) < least) { least = Math.hypot(x, y); near = title; }
    });
    for (var hit = event.target; !near && hit && hit !== drawing; hit = hit.parentElement) {
      near = hit.querySelector(":scope > title");
    }
    return near ? near.textContent : "";
  }
  document.querySelectorAll("svg[data-marks]").forEach(function (drawing) {
    var said = document.createElement("p"), caption = drawing.closest("figure").querySelector("figcaption");
    said.setAttribute("role", "status");
    caption.parentElement.insertBefore(said, caption);
    drawing.addEventListener("click", function (event) {
      var words = touched(drawing, event), week = "week-" + (/^Week (\d+)/.exec(words) || ["", ""])[1];
      said.textContent = words;
      if (document.getElementById(week)) {
        var link = document.createElement("a");
        link.href = "#" + week;
        link.textContent = "Every decision of that week";
        said.append(" ", link);
      }
    });
  });
  window.addEventListener("hashchange", show);
  if (location.hash) { show(); }
})();
