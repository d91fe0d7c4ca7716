/// The C interface of Intaglio: models opened and run from any language.
///
/// Every function that can fail returns an `intaglio_status` and, where it is given one, fills an
/// `intaglio_error` with a sentence. All buffers belong to the caller. Strings are UTF-8. A model
/// may be used by any number of threads at once; only `intaglio_close` must be the last call.
/// Answers are those of `intaglio run`, bit for bit, whatever the number of samples, threads and
/// callers.
///
///     intaglio_model *model = NULL;
///     intaglio_error error;
///     if (intaglio_open("vit.intaglio", NULL, &model, &error) != INTAGLIO_OK) {
///       puts(error.message);
///       return 1;
///     }
///     intaglio_run_u8(model, pixels, 1, 224, 224, 3, logits, classes, &error);
///     intaglio_close(model);
#ifndef INTAGLIO_H
#define INTAGLIO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define INTAGLIO_API __attribute__((visibility("default")))
#else
#define INTAGLIO_API
#endif

/// The version of this interface; functions and fields are only added while it stays.
#define INTAGLIO_ABI 1

/// How a call ended.
typedef int32_t intaglio_status;
enum {
  INTAGLIO_OK = 0,
  /// An argument that no call may have: a null pointer, a negative count, a buffer that is too
  /// small.
  INTAGLIO_INVALID_ARGUMENT = 1,
  /// The model cannot be opened: no such file, a malformed one, or an option that it does not know.
  INTAGLIO_NO_MODEL = 2,
  /// What was asked for does not fit the model: an image without preprocessing or of another shape,
  /// numbers that are
  /// not finite, codes that the input does not hold.
  INTAGLIO_NO_FIT = 3,
  /// Bytes that are no image, or a damaged one.
  INTAGLIO_NO_IMAGE = 4,
  /// Not enough memory.
  INTAGLIO_NO_MEMORY = 5,
  /// Anything else.
  INTAGLIO_FAILED = 6
};

/// What went wrong.
typedef struct intaglio_error {
  intaglio_status status;
  /// A sentence, ended by a zero byte; longer ones are cut.
  char message[1020];
} intaglio_error;

/// A model that is open and ready to run.
typedef struct intaglio_model intaglio_model;

/// How a model is opened. Set all to zero, then `size`, then what is wanted.
typedef struct intaglio_options {
  /// `sizeof(intaglio_options)`.
  size_t size;
  /// How many threads one call may use; 0 for as many as there are cores.
  int32_t threads;
  int32_t reserved;
  /// "integer-only", "integer", "float32" or "oracle"; null for integers where the model has them,
  /// else float32.
  const char *arithmetic;
  /// A JSON file with the settings that a file of weights lacks; null for those beside it.
  const char *configuration;
  /// Which output the logits are, where there are several; null for the only one.
  const char *logits;
  /// A folder of images that choose the integers of an integer-only program; null for proved
  /// ranges.
  const char *calibration;
} intaglio_options;

/// The version of the library, such as "0.1.0".
INTAGLIO_API const char *intaglio_version(void);

/// `INTAGLIO_ABI` of the library.
INTAGLIO_API int32_t intaglio_abi(void);

/// Opens a model: a file, a model folder, or a built-in one such as "demo:3", with "ARITHMETIC:"
/// before it if wanted.
///
/// - name: what to open.
/// - options: how; may be null.
/// - model: receives the model, or null.
INTAGLIO_API intaglio_status intaglio_open(
    const char *name, const intaglio_options *options, intaglio_model **model,
    intaglio_error *error);

/// Closes a model; null does nothing.
INTAGLIO_API void intaglio_close(intaglio_model *model);

/// What a model is, as JSON.
///
///     {"name": "vit", "arithmetic": "integer-only",
///      "multiplications": {"total": 74, "integer": 74}, "threads": 2, "notes": [],
///      "input": {"name": "x", "type": "float32", "shape": [3, 224, 224], "elements": 150528},
///      "output": {"name": "logits", "classes": 1000, "probabilities": false},
///      "classNames": ["tench", …],
///      "preprocessing": {"channels": 3, …},
///      "saturations": [{"stream": "blocks.0.add", "count": 0}, …]}
///
/// The type of an input of codes is "uint8" and the like. `preprocessing` is absent where the model
/// does not say how an image becomes its input; `note` says why it is no integer program where none
/// was asked for.
///
/// - buffer: receives the text and a zero byte, where `capacity` is enough for both.
/// - length: receives the bytes of the text without the zero byte, also when the buffer is too
///   small; with a null buffer and a capacity of 0 this is all that happens, and is no error.
INTAGLIO_API intaglio_status intaglio_describe(
    const intaglio_model *model, char *buffer, size_t capacity, size_t *length,
    intaglio_error *error);

/// Elements of one sample of the input.
INTAGLIO_API int64_t intaglio_input_count(const intaglio_model *model);

/// Logits of one sample.
INTAGLIO_API int64_t intaglio_output_count(const intaglio_model *model);

/// Runs samples in the model's own form. What a call takes beside the caller's buffers does not
/// grow with `count`.
///
/// - samples: `count` × `intaglio_input_count` numbers, row-major; codes as whole numbers where the
///   input holds codes.
/// - logits: receives `count` × `intaglio_output_count` numbers.
/// - capacity: how many numbers `logits` has room for.
INTAGLIO_API intaglio_status intaglio_run_f32(
    const intaglio_model *model, const float *samples, int64_t count, float *logits,
    int64_t capacity, intaglio_error *error);

/// The same for a model whose input holds codes.
INTAGLIO_API intaglio_status intaglio_run_i32(
    const intaglio_model *model, const int32_t *codes, int64_t count, float *logits,
    int64_t capacity, intaglio_error *error);

/// Preprocesses images as the model says, equal to PIL and torchvision, and runs them.
///
/// - pixels: `count` × `height` × `width` × `channels` bytes; 1 channel is grey, 3 are red, green
///   and blue, 4 with alpha.
INTAGLIO_API intaglio_status intaglio_run_u8(
    const intaglio_model *model, const uint8_t *pixels, int64_t count, int64_t height,
    int64_t width, int64_t channels, float *logits, int64_t capacity, intaglio_error *error);

/// Preprocesses images without running them.
///
/// - samples: receives `count` × `intaglio_input_count` numbers.
INTAGLIO_API intaglio_status intaglio_preprocess_u8(
    const intaglio_model *model, const uint8_t *pixels, int64_t count, int64_t height,
    int64_t width, int64_t channels, float *samples, int64_t capacity, intaglio_error *error);

/// Decodes one JPEG or PNG image and preprocesses it.
///
/// - bytes: the file's bytes.
/// - sample: receives `intaglio_input_count` numbers.
INTAGLIO_API intaglio_status intaglio_preprocess_encoded(
    const intaglio_model *model, const uint8_t *bytes, size_t size, float *sample, int64_t capacity,
    intaglio_error *error);

/// Runs the command line `intaglio`, with the program's name as the first argument. Ends the
/// process.
INTAGLIO_API void intaglio_main(int32_t argc, const char *const *argv);

#ifdef __cplusplus
}
#endif

#endif
