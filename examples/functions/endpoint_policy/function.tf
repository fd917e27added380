resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.studio.id
  service_name = "com.amazonaws.eu-central-1.s3"

  policy = provider::cloister::endpoint_policy("s3",
    {
      sid        = "Data"
      actions    = ["GetObject", "PutObject", "ListBucket"]
      resources  = ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]
      principals = ["arn:aws:iam::111122223333:role/studio/*"]
    },
  )
}
