// The standard streams of this process. A shell may hand them over closed, full or without a
// reader.
#pragma once

namespace tidemill {

// Opens /dev/null for each of descriptors 0 to 2 that is closed, so that no database and no socket
// gets a number that somebody prints to. Call it first.
void open_standard_streams();

// Writes out what stdout still holds. What could not be written is reported and makes 0 into
// kExitFailed; a reader that left (`tidemill logs … | head`) is no failure.
int finish_output(int code);

}  // namespace tidemill
