whytls_fuzz(wire websocket USES base)
