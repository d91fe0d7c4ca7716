// Names what is in images: the C interface of Intaglio in one file.
//
//     Scripts/build-library.sh
//     cc -std=c99 -I Sources/CIntaglio/include Examples/C/classify.c -L .build/library -lintaglio
//        -Wl,-rpath,$PWD/.build/library -o classify
//     ./classify demo:3 image.png
#include <stdio.h>
#include <stdlib.h>

#include "intaglio.h"

// The bytes of a file; the caller frees them.
static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = NULL;
  size_t room = 0;
  *size = 0;
  if (file == NULL) return NULL;
  for (;;) {
    if (*size == room) {
      uint8_t *larger = realloc(bytes, room = room * 2 + 65536);
      if (larger == NULL) break;
      bytes = larger;
    }
    size_t read = fread(bytes + *size, 1, room - *size, file);
    if (read == 0) break;
    *size += read;
  }
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s MODEL IMAGE...\n", argv[0]);
    return 64;
  }
  intaglio_error error;
  intaglio_model *model = NULL;
  if (intaglio_open(argv[1], NULL, &model, &error) != INTAGLIO_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  int64_t inputs = intaglio_input_count(model), classes = intaglio_output_count(model);
  float *sample = malloc((size_t)inputs * sizeof *sample);
  float *logits = malloc((size_t)classes * sizeof *logits);
  int failures = sample == NULL || logits == NULL;
  for (int image = 2; image < argc && !failures; image++) {
    size_t size = 0;
    uint8_t *bytes = read_file(argv[image], &size);
    if (bytes == NULL) {
      fprintf(stderr, "%s: cannot be read\n", argv[image]);
      failures++;
      continue;
    }
    if (intaglio_preprocess_encoded(model, bytes, size, sample, inputs, &error) != INTAGLIO_OK
        || intaglio_run_f32(model, sample, 1, logits, classes, &error) != INTAGLIO_OK) {
      fprintf(stderr, "%s: %s\n", argv[image], error.message);
      failures++;
    } else {
      int64_t best = 0;
      for (int64_t index = 1; index < classes; index++) {
        if (logits[index] > logits[best]) best = index;
      }
      printf("%s %d %.9g\n", argv[image], (int)best, logits[best]);
    }
    free(bytes);
  }
  free(sample);
  free(logits);
  intaglio_close(model);
  return failures ? 1 : 0;
}
