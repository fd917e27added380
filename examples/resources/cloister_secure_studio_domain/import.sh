terraform import cloister_secure_studio_domain.lab 111122223333/eu-central-1/lab
