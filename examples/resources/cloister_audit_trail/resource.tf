resource "cloister_audit_trail" "audit" {
  name = "acme-audit"

  # They manage the trail's bucket and key, read the log files and delete them. Nobody else does, and nobody writes any.
  administrators = ["arn:aws:iam::111122223333:role/PlatformAdministrator"]

  # They read, too, as far as their own policies let them; readers of other accounts as well.
  readers = [
    "arn:aws:iam::111122223333:role/Auditor",
    "arn:aws:iam::444455556666:role/SecurityTooling",
  ]

  # Objects' events of these buckets. Left out, those of all buckets but the trail's own.
  s3_data_event_buckets = [cloister_s3_locked_bucket.data.arn]

  retention_days = 400

  cloud_watch_logs = {
    retention_days = 30
  }

  tags = {
    team = "platform"
  }
}
