whytls_fuzz(http decode)
