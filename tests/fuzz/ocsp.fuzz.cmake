whytls_fuzz(cert ocsp USES test_mint base)
