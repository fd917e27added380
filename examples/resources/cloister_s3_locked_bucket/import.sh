terraform import cloister_s3_locked_bucket.data 111122223333/eu-central-1/acme-team-a-data
