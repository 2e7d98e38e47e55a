"""Electronic licences 电子证照: what a resident holds, shown where she says so."""
