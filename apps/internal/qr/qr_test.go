package qr_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/qr"
)

// read gives what a reader by other people finds in a picture.
func read(t *testing.T, picture image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	require.NoError(t, err)
	return found.GetText()
}

// drawn paints what the paths of an SVG say: rectangles of one row each.
func drawn(t *testing.T, svg []byte) image.Image {
	t.Helper()
	var document struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	require.NoError(t, xml.Unmarshal(svg, &document))
	var zero, side int
	_, err := fmt.Sscanf(document.ViewBox, "%d %d %d", &zero, &zero, &side)
	require.NoError(t, err)
	const scale = 4
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	for part := range strings.SplitSeq(strings.Trim(document.Paths[1].D, "Mz"), "zM") {
		var x, y, long, back int
		_, err := fmt.Sscanf(part, "%d %dh%dv1h-%d", &x, &y, &long, &back)
		require.NoError(t, err, part)
		require.Equal(t, long, back)
		draw.Draw(picture, image.Rect(x*scale, y*scale, (x+long)*scale, (y+1)*scale), image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	return picture
}

func TestCodesAreReadBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://app.example.com/r/CoDe012345", "http://localhost:8080/r/zZ9zZ9zZ9z", strings.Repeat("https://x.example/", 10), "ü",
	} {
		for _, size := range []int{qr.Smallest, 333, qr.Usual, qr.Largest} {
			code, err := qr.PNG(text, size)
			require.NoError(t, err)
			picture, err := png.Decode(bytes.NewReader(code))
			require.NoError(t, err)
			require.Equal(t, image.Pt(size, size), picture.Bounds().Size())
			require.Equal(t, text, read(t, picture), size)
			again, err := qr.PNG(text, size)
			require.NoError(t, err)
			require.Equal(t, code, again)
		}
		svg, err := qr.SVG(text, qr.Usual)
		require.NoError(t, err)
		require.Equal(t, text, read(t, drawn(t, svg)))
		require.NotContains(t, string(svg), "script")
		require.Less(t, len(svg), 64<<10)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	for _, draw := range []func(string, int) ([]byte, error){qr.SVG, qr.PNG} {
		for _, size := range []int{-1, 0, qr.Smallest - 1, qr.Largest + 1} {
			_, err := draw("x", size)
			require.Error(t, err, size)
		}
		_, err := draw(strings.Repeat("x", 3_000), qr.Usual)
		require.Error(t, err)
	}
	_, err := qr.PNG(strings.Repeat("x", 2_000), qr.Smallest)
	require.Error(t, err, "less than a pixel for each module")
}
