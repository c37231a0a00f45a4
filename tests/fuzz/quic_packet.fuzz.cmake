whytls_fuzz(net quic_packet)
target_include_directories(quic_packet_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/proxy/net)
