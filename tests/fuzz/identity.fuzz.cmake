whytls_fuzz(cert identity USES base LIBS OpenSSL::Crypto)
