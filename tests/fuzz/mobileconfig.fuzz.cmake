whytls_fuzz(cert mobileconfig USES base)
