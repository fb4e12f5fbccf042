// W3C, "Portable Network Graphics (PNG) Specification", third edition, by libpng.
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "CImages.h"

typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    char *message;
    jmp_buf failed;
} png_reader;

static void fail(png_structp png, png_const_charp text) {
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, LOCKSTEP_IMAGE_MESSAGE, "%s", text);
    longjmp(reader->failed, 1);
}

// What libpng only warns of (a checksum of a comment, say) leaves the pixels what they are.
static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void take(png_structp png, png_bytep out, size_t count) {
    png_reader *reader = png_get_io_ptr(png);
    if (count > reader->left) png_error(png, "it ends early");
    memcpy(out, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

// Gray or not, as the file says: a palette is in color, whatever is in it.
static lockstep_image_shape shape_of(const png_reader *reader) {
    return (lockstep_image_shape){
        .width = png_get_image_width(reader->png, reader->info),
        .height = png_get_image_height(reader->png, reader->info),
        .channels = png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR ? 3 : 1,
        .has_alpha = png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_ALPHA
            || png_get_valid(reader->png, reader->info, PNG_INFO_tRNS)};
}

static void read_header(png_reader *reader) {
    // Texts, profiles and what else may be large when it is inflated, and is no pixel: passed over.
    static const png_byte passed[] = "eXIf\0iCCP\0iTXt\0sPLT\0tEXt\0zTXt";
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore);
    if (reader->png == NULL) {
        snprintf(reader->message, LOCKSTEP_IMAGE_MESSAGE, "libpng could not start");
        longjmp(reader->failed, 1);
    }
    reader->info = png_create_info_struct(reader->png);
    if (reader->info == NULL) png_error(reader->png, "libpng could not start");
    png_set_read_fn(reader->png, reader, take);
    // Ours are looked at before anything is decoded.
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(reader->png, 1 << 23);
    png_set_chunk_cache_max(reader->png, 128);
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, passed, sizeof passed / 5);
    png_read_info(reader->png, reader->info);
}

static bool read_shape(png_reader *reader, lockstep_image_shape *shape) {
    if (setjmp(reader->failed)) return false;
    read_header(reader);
    *shape = shape_of(reader);
    return true;
}

static bool read_pixels(png_reader *reader, lockstep_image_shape shape, bool keeps_alpha, uint8_t *pixels) {
    if (setjmp(reader->failed)) return false;
    read_header(reader);
    lockstep_image_shape found = shape_of(reader);
    png_set_palette_to_rgb(reader->png);
    png_set_expand_gray_1_2_4_to_8(reader->png);
    png_set_scale_16(reader->png);
    if (keeps_alpha) {
        png_set_tRNS_to_alpha(reader->png);
    } else {
        png_set_strip_alpha(reader->png);
    }
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    size_t stride = (size_t)shape.width * (shape.channels + (keeps_alpha ? 1 : 0));
    if (found.width != shape.width || found.height != shape.height
        || png_get_rowbytes(reader->png, reader->info) != stride) {
        png_error(reader->png, "it is of another shape than its header says");
    }
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t row = 0; row < shape.height; row++) {
            png_read_row(reader->png, pixels + row * stride, NULL);
        }
    }
    // To the last chunk: what is cut off is not whole.
    png_read_end(reader->png, NULL);
    return true;
}

bool lockstep_png_shape(const uint8_t *bytes, size_t count, lockstep_image_shape *shape, char *message) {
    png_reader reader = {.next = bytes, .left = count, .message = message};
    bool succeeded = read_shape(&reader, shape);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    return succeeded;
}

bool lockstep_png_decode(
    const uint8_t *bytes, size_t count, lockstep_image_shape shape, bool keeps_alpha, uint8_t *pixels, char *message) {
    png_reader reader = {.next = bytes, .left = count, .message = message};
    bool succeeded = read_pixels(&reader, shape, keeps_alpha && shape.has_alpha, pixels);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    return succeeded;
}

static png_image rgb_image(uint32_t width, uint32_t height) {
    return (png_image){.version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB};
}

size_t lockstep_png_most_bytes(uint32_t width, uint32_t height) {
    return PNG_IMAGE_PNG_SIZE_MAX(rgb_image(width, height));
}

bool lockstep_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *file, size_t *count) {
    png_image image = rgb_image(width, height);
    return png_image_write_to_memory(&image, file, count, 0, pixels, 0, NULL) != 0;
}
