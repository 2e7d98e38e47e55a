// The processing record is read and printed; on paper every list of columns is open.
for (const one of document.querySelectorAll("details")) addEventListener("beforeprint", () => { one.open = true; });
document.getElementById("print").addEventListener("click", () => print());
