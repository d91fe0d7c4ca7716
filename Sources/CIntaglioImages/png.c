#include "intaglio_images.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

/// One pass over a PNG: the library's state, the bytes read or written, where to jump on an error.
struct coder {
  png_structp library;
  png_infop header;
  struct intaglio_image_info info;
  const uint8_t *input;  // PNG read
  uint8_t *output;       // PNG written
  size_t count;          // of the input or, as room, of the output
  size_t position;
  uint8_t *pixels;        // pixels read
  const uint8_t *source;  // pixels written
  char *message;
  jmp_buf escape;
};

static void fail(png_structp library, png_const_charp reason) {
  struct coder *coder = png_get_error_ptr(library);
  snprintf(coder->message, INTAGLIO_MESSAGE_CAPACITY, "%s", reason);
  longjmp(coder->escape, 1);
}

static void ignore_warning(png_structp library, png_const_charp reason) {
  (void)library;
  (void)reason;
}

static void read_bytes(png_structp library, png_bytep bytes, size_t count) {
  struct coder *coder = png_get_io_ptr(library);
  if (count > coder->count - coder->position) png_error(library, "the file ends too early");
  memcpy(bytes, coder->input + coder->position, count);
  coder->position += count;
}

static void write_bytes(png_structp library, png_bytep bytes, size_t count) {
  struct coder *coder = png_get_io_ptr(library);
  if (count > coder->count - coder->position) png_error(library, "no room for the image");
  memcpy(coder->output + coder->position, bytes, count);
  coder->position += count;
}

static void flush_nothing(png_structp library) { (void)library; }

/// Reads the header and asks for 8-bit grey or RGB: palettes and small depths are expanded, of
/// 16 bits the high byte stays, transparency of any kind is dropped.
static void read_header(struct coder *coder) {
  png_structp library = coder->library;
  // The caller limits the size; the library's own limit would hide it behind a message.
  png_set_user_limits(library, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_read_fn(library, coder, read_bytes);
  png_read_info(library, coder->header);
  int color = png_get_color_type(library, coder->header);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(library);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(library);
  png_set_strip_16(library);
  png_set_strip_alpha(library);
  coder->info.width = (int32_t)png_get_image_width(library, coder->header);
  coder->info.height = (int32_t)png_get_image_height(library, coder->header);
  coder->info.channels = color & PNG_COLOR_MASK_COLOR ? 3 : 1;
}

static size_t stride_of(struct intaglio_image_info info) {
  return (size_t)info.width * (size_t)info.channels;
}

static void read_pixels(struct coder *coder) {
  struct intaglio_image_info expected = coder->info;
  png_structp library = coder->library;
  read_header(coder);
  int passes = png_set_interlace_handling(library);
  png_read_update_info(library, coder->header);
  size_t stride = stride_of(expected);
  if (coder->info.width != expected.width || coder->info.height != expected.height
      || png_get_rowbytes(library, coder->header) != stride) {
    png_error(library, "the header changed between two readings");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (int32_t row = 0; row < expected.height; row++) {
      png_read_row(library, coder->pixels + stride * (size_t)row, NULL);
    }
  }
  png_read_end(library, NULL);
}

static void write_pixels(struct coder *coder) {
  png_structp library = coder->library;
  struct intaglio_image_info info = coder->info;
  png_set_write_fn(library, coder, write_bytes, flush_nothing);
  png_set_IHDR(
      library, coder->header, (png_uint_32)info.width, (png_uint_32)info.height, 8,
      info.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(library, coder->header);
  for (int32_t row = 0; row < info.height; row++) {
    png_write_row(library, coder->source + stride_of(info) * (size_t)row);
  }
  png_write_end(library, NULL);
}

/// Runs `step`; the only place that an error jumps to. What it needs after the jump belongs to the
/// caller, so that the jump leaves it defined.
static bool run(struct coder *coder, void (*step)(struct coder *)) {
  if (setjmp(coder->escape)) return false;
  coder->header = png_create_info_struct(coder->library);
  if (!coder->header) png_error(coder->library, "out of memory");
  step(coder);
  return true;
}

static bool decode(struct coder *coder, void (*step)(struct coder *)) {
  coder->library = png_create_read_struct(PNG_LIBPNG_VER_STRING, coder, fail, ignore_warning);
  bool succeeded = coder->library && run(coder, step);
  png_destroy_read_struct(&coder->library, &coder->header, NULL);
  return succeeded;
}

bool intaglio_png_info(
    const uint8_t *bytes, size_t count, struct intaglio_image_info *info, char *message) {
  struct coder coder = {.input = bytes, .count = count, .message = message};
  bool succeeded = decode(&coder, read_header);
  *info = coder.info;
  return succeeded;
}

bool intaglio_png_decode(
    const uint8_t *bytes, size_t count, struct intaglio_image_info info, uint8_t *pixels,
    char *message) {
  struct coder coder = {
      .input = bytes, .count = count, .info = info, .pixels = pixels, .message = message};
  return decode(&coder, read_pixels);
}

bool intaglio_png_encode(
    const uint8_t *pixels, struct intaglio_image_info info, uint8_t *output, size_t capacity,
    size_t *written, char *message) {
  struct coder coder = {
      .output = output, .count = capacity, .info = info, .source = pixels, .message = message};
  coder.library = png_create_write_struct(PNG_LIBPNG_VER_STRING, &coder, fail, ignore_warning);
  bool succeeded = coder.library && run(&coder, write_pixels);
  png_destroy_write_struct(&coder.library, &coder.header);
  *written = succeeded ? coder.position : 0;
  return succeeded;
}
