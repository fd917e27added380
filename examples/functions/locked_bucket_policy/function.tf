resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id

  policy = provider::cloister::locked_bucket_policy(
    aws_s3_bucket.data.arn,
    [aws_vpc_endpoint.s3.id],
    ["arn:aws:iam::111122223333:role/PlatformAdministrator"],
    aws_kms_key.data.arn,
    {
      break_glass_principals = ["arn:aws:iam::111122223333:role/Emergency"]
    },
  )
}
