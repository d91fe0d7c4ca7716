#ifndef INTAGLIO_IMAGES_H
#define INTAGLIO_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// PNG and JPEG through libpng and libjpeg-turbo, whose errors are long jumps, which Swift cannot
// take. Every function here returns false on bad input, with a reason in `message`; none of them
// keeps memory, and none allocates in proportion to what a header claims before the caller has
// seen the header.

#pragma clang assume_nonnull begin

/// The room that every function may use for a reason, in bytes, its closing zero included.
#define INTAGLIO_MESSAGE_CAPACITY 200

/// The extent of a decoded image: height rows of width pixels of 8-bit interleaved channels.
struct intaglio_image_info {
  int32_t width;
  int32_t height;
  int32_t channels;
};

/// Reads the header of a JPEG. `channels` becomes 1 (grey), 3 (RGB) or 4 (CMYK as stored).
bool intaglio_jpeg_info(
    const uint8_t *bytes, size_t count, struct intaglio_image_info *info, char *message);

/// Decodes a JPEG into width · height · channels bytes. `info` is what intaglio_jpeg_info said.
bool intaglio_jpeg_decode(
    const uint8_t *bytes, size_t count, struct intaglio_image_info info, uint8_t *pixels,
    char *message);

/// Reads the header of a PNG. `channels` becomes 1 (grey) or 3 (RGB).
bool intaglio_png_info(
    const uint8_t *bytes, size_t count, struct intaglio_image_info *info, char *message);

/// Decodes a PNG into width · height · channels bytes. `info` is what intaglio_png_info said.
bool intaglio_png_decode(
    const uint8_t *bytes, size_t count, struct intaglio_image_info info, uint8_t *pixels,
    char *message);

/// Encodes grey or RGB pixels as a PNG into `output`; `written` becomes the number of bytes.
/// Fails when `capacity` does not suffice.
bool intaglio_png_encode(
    const uint8_t *pixels, struct intaglio_image_info info, uint8_t *output, size_t capacity,
    size_t *written, char *message);

#pragma clang assume_nonnull end

#endif
