terraform import cloister_audit_trail.audit 111122223333/eu-central-1/acme-audit
