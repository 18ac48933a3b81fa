// Memory that cannot be had ends the program with a sentence and the code of a run that failed.
//
// Swift's arrays and Foundation's data have no way to say so to their callers: they end the process
// with a signal, as a fault of the program would. Training leaves checkpoints behind, so that no more
// than some seconds are lost. Matrices have their own last resort, see BufferPool.
//
// A C library can say so, and one that reads a damaged file may ask for whatever that says: while it is
// called, it gets its NULL.

#include "CProcess.h"

#if defined(__gnu_linux__)
static _Thread_local __attribute__((tls_model("initial-exec"))) int may_fail;
void cp_let_allocations_fail(int may) { may_fail = may; }
#else
void cp_let_allocations_fail(int may) { (void)may; }
#endif

#if defined(__gnu_linux__)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

// Nothing here may allocate.
__attribute__((noreturn, cold, noinline)) static void end_without_memory(size_t bytes) {
  char digits[24];
  size_t place = sizeof digits;
  size_t megabytes = bytes / 1000000;
  do {
    digits[--place] = (char)('0' + megabytes % 10);
    megabytes /= 10;
  } while (megabytes > 0);
  static const char before[] = "\nerror: out of memory: ";
  static const char after[] =
      " MB more cannot be had; the same command goes on from the last checkpoint, once there is "
      "more\n";
  // A message that cannot be written is lost: the code remains.
  ssize_t written = write(STDERR_FILENO, before, sizeof before - 1);
  written = write(STDERR_FILENO, digits + place, sizeof digits - place);
  written = write(STDERR_FILENO, after, sizeof after - 1);
  (void)written;
  _exit(1);
}

void *malloc(size_t bytes) {
  void *memory = __libc_malloc(bytes);
  if (__builtin_expect(memory == NULL && bytes > 0 && !may_fail, 0)) end_without_memory(bytes);
  return memory;
}

void *calloc(size_t count, size_t bytes) {
  void *memory = __libc_calloc(count, bytes);
  size_t all;
  if (__builtin_expect(memory == NULL && count > 0 && bytes > 0 && !may_fail, 0)) {
    end_without_memory(__builtin_mul_overflow(count, bytes, &all) ? SIZE_MAX : all);
  }
  return memory;
}

void *realloc(void *old, size_t bytes) {
  void *memory = __libc_realloc(old, bytes);
  if (__builtin_expect(memory == NULL && bytes > 0 && !may_fail, 0)) end_without_memory(bytes);
  return memory;
}
#endif
#endif
