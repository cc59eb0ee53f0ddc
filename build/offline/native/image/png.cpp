// libpng reports errors by longjmp: no frame between setjmp and the library may own anything with a destructor.
#include "image.h"

#include <csetjmp>
#include <cstdlib>
#include <cstring>

#include <png.h>

namespace
{
struct Reader
{
    EncodedBytes input;
    size_t position;
    Message message;
};

struct Writer
{
    uint8_t* data;
    size_t size;
    size_t capacity;
    Message message;
};

[[noreturn]] void fail_reading(png_structp png, png_const_charp what)
{
    static_cast<Reader*>(png_get_error_ptr(png))->message.set(what);
    png_longjmp(png, 1);
}

[[noreturn]] void fail_writing(png_structp png, png_const_charp what)
{
    static_cast<Writer*>(png_get_error_ptr(png))->message.set(what);
    png_longjmp(png, 1);
}

void stay_silent(png_structp, png_const_charp)
{
}

void read_bytes(png_structp png, png_bytep target, size_t count)
{
    auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
    if (count > reader->input.size - reader->position)
    {
        png_error(png, "the file ends too early");
    }
    std::memcpy(target, reader->input.data + reader->position, count);
    reader->position += count;
}

void write_bytes(png_structp png, png_bytep source, size_t count)
{
    auto* writer = static_cast<Writer*>(png_get_io_ptr(png));
    if (count > writer->capacity - writer->size)
    {
        const size_t capacity = (writer->size + count) * 2;
        auto* data = static_cast<uint8_t*>(std::realloc(writer->data, capacity));
        if (data == nullptr)
        {
            png_error(png, "out of memory");
        }
        writer->data = data;
        writer->capacity = capacity;
    }
    std::memcpy(writer->data + writer->size, source, count);
    writer->size += count;
}

void flush_nothing(png_structp)
{
}

// Everything up to the first pixel.
void read_header(png_structp png, png_infop info, Reader* reader)
{
    png_set_read_fn(png, reader, read_bytes);
    png_set_benign_errors(png, 1);
    png_read_info(png, info);
}

// 8-bit RGB, RGBA or BGRA whatever the file holds: palette, grey, 1 to 16 bits, transparent colour, interlaced.
void ask_for_layout(png_structp png, png_infop info, int32_t layout)
{
    png_set_scale_16(png);
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    if (layout == PixelRgb24)
    {
        png_set_strip_alpha(png);
    }
    else
    {
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    }
    if (layout == PixelBgra32)
    {
        png_set_bgr(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}
}

int32_t png_probe(EncodedBytes input, ImageHeader* header, Message message)
{
    Reader reader{input, 0, message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail_reading, stay_silent);
    png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr)
    {
        png_destroy_read_struct(&png, nullptr, nullptr);
        return ImageOutOfMemory;
    }
    if (setjmp(png_jmpbuf(png)) != 0)
    {
        png_destroy_read_struct(&png, &info, nullptr);
        return ImageInvalidContent;
    }
    read_header(png, info, &reader);
    header->width = static_cast<int32_t>(png_get_image_width(png, info));
    header->height = static_cast<int32_t>(png_get_image_height(png, info));
    header->bits_per_pixel = png_get_channels(png, info) * png_get_bit_depth(png, info);
    header->has_alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 ||
        png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    png_destroy_read_struct(&png, &info, nullptr);
    return ImageOk;
}

int32_t png_decode(EncodedBytes input, ImageHeader expected, int32_t layout, uint8_t* pixels, Message message)
{
    Reader reader{input, 0, message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail_reading, stay_silent);
    png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr)
    {
        png_destroy_read_struct(&png, nullptr, nullptr);
        return ImageOutOfMemory;
    }
    if (setjmp(png_jmpbuf(png)) != 0)
    {
        png_destroy_read_struct(&png, &info, nullptr);
        return ImageInvalidContent;
    }
    read_header(png, info, &reader);
    ask_for_layout(png, info, layout);
    const size_t stride = static_cast<size_t>(expected.width) * channels_of(layout);
    if (png_get_rowbytes(png, info) != stride)
    {
        png_error(png, "unexpected row size");
    }
    const int passes = png_get_interlace_type(png, info) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
    for (int pass = 0; pass < passes; ++pass)
    {
        for (int32_t y = 0; y < expected.height; ++y)
        {
            png_read_row(png, pixels + y * stride, nullptr);
        }
    }
    // What follows the last row does not matter, so png_read_end is left out.
    png_destroy_read_struct(&png, &info, nullptr);
    return ImageOk;
}

LOREAL_EXPORT int32_t loreal_image_encode_png(
    const uint8_t* pixels,
    int32_t width,
    int32_t height,
    int32_t layout,
    int32_t compression,
    uint8_t** encoded,
    size_t* encoded_size,
    char* message_text,
    size_t message_capacity)
{
    static const int color_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA, PNG_COLOR_TYPE_RGBA};
    if (pixels == nullptr || encoded == nullptr || encoded_size == nullptr || width <= 0 || height <= 0 ||
        layout < PixelL8 || layout > PixelBgra32)
    {
        return ImageBadArgument;
    }
    Writer writer{nullptr, 0, 0, Message{message_text, message_capacity}};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, fail_writing, stay_silent);
    png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr)
    {
        png_destroy_write_struct(&png, nullptr);
        return ImageOutOfMemory;
    }
    if (setjmp(png_jmpbuf(png)) != 0)
    {
        png_destroy_write_struct(&png, &info);
        std::free(writer.data);
        return ImageInvalidContent;
    }
    png_set_write_fn(png, &writer, write_bytes, flush_nothing);
    png_set_compression_level(png, compression);
    png_set_IHDR(
        png,
        info,
        static_cast<png_uint_32>(width),
        static_cast<png_uint_32>(height),
        8,
        color_types[layout],
        PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    if (layout == PixelBgra32)
    {
        png_set_bgr(png);
    }
    const size_t stride = static_cast<size_t>(width) * channels_of(layout);
    for (int32_t y = 0; y < height; ++y)
    {
        png_write_row(png, pixels + y * stride);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *encoded = writer.data;
    *encoded_size = writer.size;
    return ImageOk;
}
