whytls_fuzz(judge path USES test_mint trust cert base LIBS OpenSSL::Crypto)
