"""How a change is carried out: waves and gates. Pure."""
