// libjpeg reports errors by longjmp: no frame between setjmp and the library may own anything with a destructor.
#include "image.h"

#include <csetjmp>
#include <cstdlib>

#include <jpeglib.h>

#include <jerror.h>

namespace
{
// A progressive file may repeat scans without end, each a pass over the whole image.
constexpr int max_scans = 500;

struct ErrorManager
{
    jpeg_error_mgr base;
    jmp_buf jump;
    Message message;
    int32_t status;
};

[[noreturn]] void fail(j_common_ptr info)
{
    auto* errors = reinterpret_cast<ErrorManager*>(info->err);
    char text[JMSG_LENGTH_MAX];
    errors->base.format_message(info, text);
    errors->message.set(text);
    errors->status = errors->base.msg_code == JERR_OUT_OF_MEMORY ? ImageOutOfMemory : ImageInvalidContent;
    longjmp(errors->jump, 1);
}

// Warnings pass, as photographs in the wild are full of them; only running out of bytes is an error.
void warn(j_common_ptr info, int level)
{
    if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF)
    {
        fail(info);
    }
}

void stay_silent(j_common_ptr)
{
}

void limit_scans(j_common_ptr info)
{
    if (info->is_decompressor && reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > max_scans)
    {
        auto* errors = reinterpret_cast<ErrorManager*>(info->err);
        errors->message.set("too many scans");
        errors->status = ImageInvalidContent;
        longjmp(errors->jump, 1);
    }
}

jpeg_error_mgr* install(ErrorManager* errors, Message message)
{
    jpeg_std_error(&errors->base);
    errors->base.error_exit = fail;
    errors->base.emit_message = warn;
    errors->base.output_message = stay_silent;
    errors->message = message;
    errors->status = ImageOk;
    return &errors->base;
}

// libjpeg's own memory destination loses track of its buffer when an error interrupts it.
struct GrowingDestination
{
    jpeg_destination_mgr base;
    uint8_t* data;
    size_t capacity;
    size_t size;
};

void begin_writing(j_compress_ptr)
{
}

// Called when the buffer is full; whatever free_in_buffer says then, all of the buffer has been written.
boolean grow(j_compress_ptr info)
{
    auto* destination = reinterpret_cast<GrowingDestination*>(info->dest);
    const size_t written = destination->capacity;
    const size_t capacity = written == 0 ? 65536 : written * 2;
    auto* data = static_cast<uint8_t*>(std::realloc(destination->data, capacity));
    if (data == nullptr)
    {
        ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    }
    destination->data = data;
    destination->capacity = capacity;
    destination->base.next_output_byte = data + written;
    destination->base.free_in_buffer = capacity - written;
    return TRUE;
}

void end_writing(j_compress_ptr info)
{
    auto* destination = reinterpret_cast<GrowingDestination*>(info->dest);
    destination->size = destination->capacity - destination->base.free_in_buffer;
}

uint8_t scale(unsigned a, unsigned b)
{
    const unsigned product = a * b + 128;
    return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

// CMYK files are taken to hold inverted inks, as Adobe writes them: 255 means no ink.
void cmyk_row_to_rgb(const uint8_t* row, unsigned width, int32_t layout, uint8_t* pixels)
{
    const int32_t channels = channels_of(layout);
    const ChannelOrder order = order_of(layout);
    for (unsigned x = 0; x < width; ++x, row += 4, pixels += channels)
    {
        const unsigned light = row[3];
        pixels[order.red] = static_cast<uint8_t>(light - scale(255u - row[0], light));
        pixels[1] = static_cast<uint8_t>(light - scale(255u - row[1], light));
        pixels[order.blue] = static_cast<uint8_t>(light - scale(255u - row[2], light));
        if (channels == 4)
        {
            pixels[3] = 255;
        }
    }
}
}

int32_t jpeg_probe(EncodedBytes input, ImageHeader* header, Message message)
{
    jpeg_decompress_struct info;
    ErrorManager errors;
    info.err = install(&errors, message);
    if (setjmp(errors.jump) != 0)
    {
        jpeg_destroy_decompress(&info);
        return errors.status;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, input.data, input.size);
    jpeg_read_header(&info, TRUE);
    header->width = static_cast<int32_t>(info.image_width);
    header->height = static_cast<int32_t>(info.image_height);
    header->bits_per_pixel = info.num_components * info.data_precision;
    header->has_alpha = 0;
    jpeg_destroy_decompress(&info);
    return ImageOk;
}

int32_t jpeg_decode(
    EncodedBytes input, ImageHeader expected, int32_t eighths, int32_t layout, uint8_t* pixels, Message message)
{
    jpeg_decompress_struct info;
    jpeg_progress_mgr progress{};
    ErrorManager errors;
    info.err = install(&errors, message);
    if (setjmp(errors.jump) != 0)
    {
        jpeg_destroy_decompress(&info);
        return errors.status;
    }
    jpeg_create_decompress(&info);
    progress.progress_monitor = limit_scans;
    info.progress = &progress;
    jpeg_mem_src(&info, input.data, input.size);
    jpeg_read_header(&info, TRUE);
    static const J_COLOR_SPACE spaces[] = {JCS_UNKNOWN, JCS_EXT_RGB, JCS_EXT_RGBA, JCS_EXT_BGRA};
    const size_t stride = static_cast<size_t>(expected.width) * channels_of(layout);
    const bool inks = info.num_components == 4;
    info.out_color_space = inks ? JCS_CMYK : spaces[layout];
    info.scale_num = static_cast<unsigned>(eighths);
    info.scale_denom = 8;
    jpeg_start_decompress(&info);
    if (info.output_width != static_cast<unsigned>(expected.width) || info.output_height != static_cast<unsigned>(expected.height))
    {
        jpeg_destroy_decompress(&info);
        message.set("the decoder gives another size than was expected");
        return ImageInvalidContent;
    }
    JSAMPARRAY ink_row = inks
        ? info.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info), JPOOL_IMAGE, info.output_width * 4, 1)
        : nullptr;
    while (info.output_scanline < info.output_height)
    {
        uint8_t* target = pixels + info.output_scanline * stride;
        JSAMPROW row = inks ? ink_row[0] : target;
        jpeg_read_scanlines(&info, &row, 1);
        if (inks)
        {
            cmyk_row_to_rgb(row, info.output_width, layout, target);
        }
    }
    // What follows the last row does not matter; jpeg_finish_decompress would look for it.
    jpeg_destroy_decompress(&info);
    return ImageOk;
}

LOREAL_EXPORT int32_t loreal_image_encode_jpeg(
    const uint8_t* pixels,
    int32_t width,
    int32_t height,
    int32_t layout,
    int32_t quality,
    int32_t sampling,
    uint8_t** encoded,
    size_t* encoded_size,
    char* message_text,
    size_t message_capacity)
{
    static const J_COLOR_SPACE spaces[] = {JCS_GRAYSCALE, JCS_EXT_RGB, JCS_EXT_RGBX, JCS_EXT_BGRX};
    if (pixels == nullptr || encoded == nullptr || encoded_size == nullptr || width <= 0 || height <= 0 ||
        layout < PixelL8 || layout > PixelBgra32)
    {
        return ImageBadArgument;
    }
    jpeg_compress_struct info;
    GrowingDestination destination{};
    ErrorManager errors;
    info.err = install(&errors, Message{message_text, message_capacity});
    if (setjmp(errors.jump) != 0)
    {
        jpeg_destroy_compress(&info);
        std::free(destination.data);
        return errors.status;
    }
    jpeg_create_compress(&info);
    destination.base.init_destination = begin_writing;
    destination.base.empty_output_buffer = grow;
    destination.base.term_destination = end_writing;
    info.dest = &destination.base;
    grow(&info);
    info.image_width = static_cast<JDIMENSION>(width);
    info.image_height = static_cast<JDIMENSION>(height);
    info.input_components = channels_of(layout);
    info.in_color_space = spaces[layout];
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, sampling == SamplingGrey || layout == PixelL8 ? JCS_GRAYSCALE : JCS_YCbCr);
    jpeg_set_quality(&info, quality, TRUE);
    if (info.num_components == 3)
    {
        info.comp_info[0].h_samp_factor = sampling == Sampling444 ? 1 : 2;
        info.comp_info[0].v_samp_factor = sampling == Sampling420 ? 2 : 1;
    }
    jpeg_start_compress(&info, TRUE);
    const size_t stride = static_cast<size_t>(width) * info.input_components;
    while (info.next_scanline < info.image_height)
    {
        auto* row = const_cast<JSAMPROW>(pixels + info.next_scanline * stride);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    *encoded = destination.data;
    *encoded_size = destination.size;
    return ImageOk;
}
