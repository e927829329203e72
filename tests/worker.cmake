tidemill_test(protocol_codec_test SOURCES unit/protocol/codec_test.cc LIBS tidemill_protocol)
tidemill_test(protocol_channel_test SOURCES unit/protocol/channel_test.cc LIBS tidemill_protocol)
