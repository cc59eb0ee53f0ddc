#include "image.h"

#include <cstdlib>
#include <cstring>

static int32_t detect(EncodedBytes input)
{
    static const uint8_t png_signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    const uint8_t* data = input.data;
    // A start-of-image marker alone is no image: a frame header cannot come before byte 11.
    if (input.size >= 11 && data[0] == 0xFF && data[1] == 0xD8)
    {
        return FormatJpeg;
    }
    if (input.size >= 8 && std::memcmp(data, png_signature, 8) == 0)
    {
        return FormatPng;
    }
    if (input.size >= 12 && std::memcmp(data, "RIFF", 4) == 0 && std::memcmp(data + 8, "WEBP", 4) == 0)
    {
        return FormatWebp;
    }
    return FormatUnknown;
}

static int32_t probe(EncodedBytes input, ImageHeader* header, Message message)
{
    *header = ImageHeader{};
    const int32_t format = detect(input);
    int32_t status = ImageUnknownFormat;
    switch (format)
    {
    case FormatJpeg:
        status = jpeg_probe(input, header, message);
        break;
    case FormatPng:
        status = png_probe(input, header, message);
        break;
    case FormatWebp:
        status = webp_probe(input, header, message);
        break;
    default:
        message.set("the bytes are neither JPEG, PNG nor WebP");
        break;
    }
    header->format = format;
    return status;
}

LOREAL_EXPORT int32_t loreal_image_detect(const uint8_t* data, size_t size)
{
    return data == nullptr ? FormatUnknown : detect(EncodedBytes{data, size});
}

LOREAL_EXPORT int32_t loreal_image_probe(
    const uint8_t* data, size_t size, ImageHeader* header, char* message, size_t message_capacity)
{
    if (header == nullptr)
    {
        return ImageBadArgument;
    }
    return probe(EncodedBytes{data, data == nullptr ? 0 : size}, header, Message{message, message_capacity});
}

LOREAL_EXPORT int32_t loreal_image_decode(
    const uint8_t* data,
    size_t size,
    int32_t eighths,
    int32_t layout,
    int64_t max_pixels,
    uint8_t* pixels,
    size_t pixels_size,
    char* message,
    size_t message_capacity)
{
    const Message report{message, message_capacity};
    const EncodedBytes input{data, data == nullptr ? 0 : size};
    ImageHeader header;
    const int32_t status = probe(input, &header, report);
    if (status != ImageOk)
    {
        return status;
    }
    const int64_t count = int64_t{header.width} * header.height;
    if (count > max_pixels)
    {
        report.set("the image has more pixels than the limit allows");
        return ImageTooLarge;
    }
    if (eighths < 1 || eighths > 8 || (eighths < 8 && header.format != FormatJpeg))
    {
        report.set("only JPEG is decoded at a reduced scale");
        return ImageBadArgument;
    }
    header.width = static_cast<int32_t>((int64_t{header.width} * eighths + 7) / 8);
    header.height = static_cast<int32_t>((int64_t{header.height} * eighths + 7) / 8);
    if (layout < PixelRgb24 || layout > PixelBgra32 || pixels == nullptr ||
        static_cast<uint64_t>(header.width) * header.height * channels_of(layout) != pixels_size)
    {
        report.set("the pixel buffer does not fit the image");
        return ImageBadArgument;
    }
    switch (header.format)
    {
    case FormatJpeg:
        return jpeg_decode(input, header, eighths, layout, pixels, report);
    case FormatPng:
        return png_decode(input, header, layout, pixels, report);
    default:
        return webp_decode(input, header, layout, pixels, report);
    }
}

LOREAL_EXPORT void loreal_image_free(void* encoded)
{
    std::free(encoded);
}
