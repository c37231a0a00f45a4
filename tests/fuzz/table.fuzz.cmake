whytls_fuzz(trust table USES cert base LIBS PkgConfig::JANSSON)
