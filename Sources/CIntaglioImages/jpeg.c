#include "intaglio_images.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive file of a few bytes per scan could otherwise keep the decoder busy for hours. Real
// files have some ten scans; so many are allowed for any size, more only where they cost little.
enum { scan_limit = 500, scans_of_any_size = 24 };
static const int64_t scanned_pixels = INT64_C(1) << 31;

// Enough for the coefficients of the largest progressive image that a caller may accept.
enum { memory_limit = 805306368 };

// Huffman codes take at least one bit for each block of 64 pixels.
enum { pixels_per_byte = 512 };

/// One decompression: the library's state, our three hooks into it, and where to jump on an error.
struct decoder {
  struct jpeg_decompress_struct library;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  struct intaglio_image_info info;
  size_t count;  // of the input
  uint8_t *pixels;
  char *message;
  jmp_buf escape;
};

static struct decoder *decoder_of(j_common_ptr library) { return library->client_data; }

static void fail(j_common_ptr library) {
  struct decoder *decoder = decoder_of(library);
  char text[JMSG_LENGTH_MAX];
  library->err->format_message(library, text);
  snprintf(decoder->message, INTAGLIO_MESSAGE_CAPACITY, "%s", text);
  longjmp(decoder->escape, 1);
}

static void refuse(struct decoder *decoder, const char *reason) {
  snprintf(decoder->message, INTAGLIO_MESSAGE_CAPACITY, "%s", reason);
  longjmp(decoder->escape, 1);
}

/// A warning that pixels are missing or invented is an error; the library would go on with grey.
/// Others concern markers only, or bytes that nothing needs.
static void judge_message(j_common_ptr library, int level) {
  if (level >= 0) return;
  switch (library->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
      fail(library);
  }
}

static void check_scans(j_common_ptr common) {
  j_decompress_ptr library = (j_decompress_ptr)common;
  int64_t pixels = (int64_t)library->image_width * library->image_height;
  int64_t affordable = scanned_pixels / (pixels > 0 ? pixels : 1);
  if (affordable < scans_of_any_size) affordable = scans_of_any_size;
  if (affordable > scan_limit) affordable = scan_limit;
  if (library->input_scan_number > affordable) refuse(decoder_of(common), "too many scans");
}

/// In a progressive file every coefficient has to be there with all its bits.
static void check_progression(struct decoder *decoder) {
  j_decompress_ptr library = &decoder->library;
  if (!library->progressive_mode || !library->coef_bits) return;
  for (int component = 0; component < library->num_components; component++) {
    for (int place = 0; place < DCTSIZE2; place++) {
      if (library->coef_bits[component][place] != 0) {
        refuse(decoder, "scans are missing from a progressive image");
      }
    }
  }
}

static void start_or_end_source(j_decompress_ptr library) { (void)library; }

/// All bytes are there from the start: whoever wants more has met the end of a truncated file.
static boolean refuse_more(j_decompress_ptr library) {
  ERREXIT(library, JERR_INPUT_EOF);
  return FALSE;
}

static void skip(j_decompress_ptr library, long count) {
  if (count <= 0) return;
  if ((size_t)count > library->src->bytes_in_buffer) refuse_more(library);
  library->src->next_input_byte += count;
  library->src->bytes_in_buffer -= (size_t)count;
}

static void start(struct decoder *decoder, const uint8_t *bytes, size_t count) {
  j_decompress_ptr library = &decoder->library;
  library->err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = fail;
  decoder->errors.emit_message = judge_message;
  library->client_data = decoder;
  jpeg_create_decompress(library);
  library->mem->max_memory_to_use = memory_limit;
  decoder->source.next_input_byte = bytes;
  decoder->source.bytes_in_buffer = count;
  decoder->count = count;
  decoder->source.init_source = start_or_end_source;
  decoder->source.fill_input_buffer = refuse_more;
  decoder->source.skip_input_data = skip;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = start_or_end_source;
  library->src = &decoder->source;
  decoder->progress.progress_monitor = check_scans;
  library->progress = &decoder->progress;
}

/// Reads the header and chooses the color space of the output.
static void read_header(struct decoder *decoder) {
  j_decompress_ptr library = &decoder->library;
  jpeg_read_header(library, TRUE);
  int64_t pixels = (int64_t)library->image_width * library->image_height;
  if (!library->arith_code && pixels / pixels_per_byte > (int64_t)decoder->count) {
    refuse(decoder, "fewer bytes than so many pixels take at least");
  }
  switch (library->jpeg_color_space) {
    case JCS_GRAYSCALE:
      library->out_color_space = JCS_GRAYSCALE;
      decoder->info.channels = 1;
      break;
    case JCS_RGB:
    case JCS_YCbCr:
      library->out_color_space = JCS_RGB;
      decoder->info.channels = 3;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      library->out_color_space = JCS_CMYK;
      decoder->info.channels = 4;
      break;
    default:
      ERREXIT(library, JERR_BAD_J_COLORSPACE);
  }
  decoder->info.width = (int32_t)library->image_width;
  decoder->info.height = (int32_t)library->image_height;
}

static void read_pixels(struct decoder *decoder) {
  struct intaglio_image_info expected = decoder->info;
  read_header(decoder);
  j_decompress_ptr library = &decoder->library;
  jpeg_start_decompress(library);
  if (decoder->info.channels != expected.channels || library->output_components != expected.channels
      || (int32_t)library->output_width != expected.width
      || (int32_t)library->output_height != expected.height) {
    ERREXIT(library, JERR_BAD_LENGTH);
  }
  size_t stride = (size_t)expected.width * (size_t)expected.channels;
  while (library->output_scanline < library->output_height) {
    JSAMPROW row = decoder->pixels + stride * library->output_scanline;
    jpeg_read_scanlines(library, &row, 1);
  }
  check_progression(decoder);
  jpeg_finish_decompress(library);
}

/// Runs `step` on a started decoder; the only place that an error jumps to. What it needs after the
/// jump belongs to the caller, so that the jump leaves it defined.
static bool run(
    struct decoder *decoder, const uint8_t *bytes, size_t count, void (*step)(struct decoder *)) {
  if (setjmp(decoder->escape)) {
    jpeg_destroy_decompress(&decoder->library);
    return false;
  }
  start(decoder, bytes, count);
  step(decoder);
  jpeg_destroy_decompress(&decoder->library);
  return true;
}

bool intaglio_jpeg_info(
    const uint8_t *bytes, size_t count, struct intaglio_image_info *info, char *message) {
  struct decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.message = message;
  bool succeeded = run(&decoder, bytes, count, read_header);
  *info = decoder.info;
  return succeeded;
}

bool intaglio_jpeg_decode(
    const uint8_t *bytes, size_t count, struct intaglio_image_info info, uint8_t *pixels,
    char *message) {
  struct decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.message = message;
  decoder.info = info;
  decoder.pixels = pixels;
  return run(&decoder, bytes, count, read_pixels);
}
