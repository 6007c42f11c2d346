"""The probe: uses services as a citizen does, and keeps the ledger of what it was promised."""
