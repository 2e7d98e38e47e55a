"""A push under faults: a sender that dies on purpose, a provider that counts, and what is left afterwards."""
