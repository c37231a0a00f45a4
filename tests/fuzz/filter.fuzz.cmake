whytls_fuzz(store filter USES flow LIBS PkgConfig::SQLITE)
