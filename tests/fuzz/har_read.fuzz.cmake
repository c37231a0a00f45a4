whytls_fuzz(export har_read USES flow)
