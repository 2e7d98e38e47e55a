// Reads QR codes out of camera frames away from the page's thread.
importScripts("/static/web/vendor/jsQR.js");

onmessage = ({ data }) => {
  const found = self.jsQR(new Uint8ClampedArray(data.pixels), data.width, data.height, { inversionAttempts: "attemptBoth" });
  postMessage(found ? found.data : "");
};
