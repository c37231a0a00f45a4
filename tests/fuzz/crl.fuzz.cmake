whytls_fuzz(cert crl USES test_mint base)
