(function () {
  var box = document.getElementById("grid");
  var sliders = Array.from(box.querySelectorAll("input[type=range]"));
  function choose() {
    var at = sliders.map(function (slider) {
      var values = slider.dataset.values.split("|");
      slider.nextElementSibling.textContent = values[slider.value];
      slider.setAttribute("aria-valuetext", values[slider.value]);
      return slider.value;
    }).join(",");
    box.querySelectorAll(".cell").forEach(function (cell) { cell.hidden = cell.dataset.at !== at; });
    document.getElementById("none").hidden = !!box.querySelector(".cell:not([hidden])");
  }
  sliders.forEach(function (slider) { slider.addEventListener("input", choose); });
  document.getElementById("sliders").hidden = false;
  choose();
})();
