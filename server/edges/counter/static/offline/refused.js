// Why something was not believed: a stable reason that pages put into words.

export class Refused extends Error {
  constructor(reason, facts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}

/** Throws where `held` does not hold. */
export function must(held, reason, facts) {
  if (!held) throw new Refused(reason, facts);
}
