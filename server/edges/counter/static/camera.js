// The camera: ten frames a second, read by the browser's own detector or else by jsQR in a worker.

const PERIOD = 100;
const WIDTH = 720;

async function browserReader() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!known.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: known.filter((name) => name === "qr_code" || name === "code_128") });
  return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? "";
}

function workerReader() {
  const worker = new Worker("/counter/decode-worker.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => new Promise((resolve) => {
    const scale = Math.min(1, WIDTH / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    worker.onmessage = (event) => resolve(event.data);
    worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
  });
}

/** A camera that calls `seen(text)` for every frame in which it reads a code. */
export class Camera {
  constructor(video, seen) {
    this.video = video;
    this.seen = seen;
    this.stream = null;
    this.read = null;
    this.timer = 0;
    this.starting = null;
  }

  get on() {
    return this.stream !== null;
  }

  /** Throws what getUserMedia throws: NotAllowedError, NotFoundError … Asked twice at once, it starts once. */
  start(deviceId = "") {
    this.starting ??= this.#open(deviceId).finally(() => { this.starting = null; });
    return this.starting;
  }

  async #open(deviceId) {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera", "NotFoundError");
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.read ??= (await browserReader()) ?? workerReader();
    this.#look();
  }

  stop() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** The cameras of this machine, named once the clerk has allowed one. */
  async choices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }

  async #look() {
    if (!this.on) return;
    const begun = performance.now();
    if (this.video.videoWidth && !document.hidden) {
      const text = await this.read(this.video);
      if (text && this.on) this.seen(text);
    }
    this.timer = setTimeout(() => this.#look(), Math.max(10, PERIOD - (performance.now() - begun)));
  }
}
