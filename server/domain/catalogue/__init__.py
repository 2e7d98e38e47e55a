"""The catalogue: what a resident can ask for, who may, with what, by when, and on which legal basis."""
