whytls_fuzz(onboard site USES cert device)
