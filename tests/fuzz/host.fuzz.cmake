whytls_fuzz(base host)
