// Passkeys in the browser: what our API asks for, as the browser wants it, and what it brings, as our API takes it.
const WAIT = 300_000; // Web Authentication Level 3, §15.1
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (asked) => asked.passkeys.map((one) => ({ type: "public-key", id: bytes(one.credential_id), transports: one.transports }));

export const supported = () => Boolean(window.PublicKeyCredential && navigator.credentials);

/** One of one's passkeys signs the challenge. Rejects as the browser does where nobody confirms. */
export async function show(asked) {
  const { id, response } = await navigator.credentials.get({
    publicKey: { challenge: bytes(asked.challenge), rpId: asked.domain, allowCredentials: known(asked), userVerification: "required", timeout: WAIT },
  });
  return {
    challenge_id: asked.challenge_id, credential_id: id, client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData), signature: text(response.signature),
    user_handle: response.userHandle ? text(response.userHandle) : "",
  };
}

/** The browser makes a new passkey. Rejects with InvalidStateError where this device has one already. */
export async function make(wanted) {
  const { response } = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(wanted.challenge), rp: { id: wanted.domain, name: wanted.site },
      user: { id: bytes(wanted.user_handle), name: wanted.account, displayName: wanted.holder },
      pubKeyCredParams: wanted.algorithms.map((alg) => ({ type: "public-key", alg })), excludeCredentials: known(wanted),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" }, attestation: "none", timeout: WAIT,
    },
  });
  return {
    challenge_id: wanted.challenge_id, client_data: text(response.clientDataJSON), attestation: text(response.attestationObject),
    transports: (response.getTransports?.() ?? []).filter((one) => /^[a-z-]{1,20}$/.test(one)).slice(0, 6),
  };
}
