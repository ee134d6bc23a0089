// Package qr draws text as a QR code that people photograph, in SVG and in PNG.
//
// Only apps/api imports it. Its invariant: what is drawn is read back as the text, also when a part of it is dirty, and
// the same text in the same size gives the same bytes.
package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// The bounds of a picture's side in pixels.
const (
	Smallest = 100
	Usual    = 500
	Largest  = 2_000
)

// margin is how many modules around the code stay white, as ISO 18004 asks for: less, and some readers miss it.
const margin = 4

// SVG draws text as a picture whose side is size. It has no script and names nothing outside. A text that is too long
// for a code, or a size out of bounds, is an error.
func SVG(text string, size int) ([]byte, error) {
	code, side, err := encode(text, size)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, size, size, side, side)
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side)
	for y := range side {
		for x := 0; x < side; x++ {
			from := x
			for dark(code, x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	b.WriteString("\"/></svg>\n")
	return b.Bytes(), nil
}

// PNG draws text as a picture whose side is size. Its modules are whole pixels, and what that leaves over is margin. A
// text that is too long for a code, or a size out of bounds, is an error.
func PNG(text string, size int) ([]byte, error) {
	code, side, err := encode(text, size)
	if err != nil {
		return nil, err
	}
	scale := size / side
	if scale == 0 {
		return nil, fmt.Errorf("qr: a code of %d modules does not fit into %d pixels", side, size)
	}
	from := (size - scale*side) / 2
	picture := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	line := make([]byte, size) // of one row of modules
	for y := range side {
		for x := range side * scale {
			line[from+x] = 0
			if dark(code, x/scale, y) {
				line[from+x] = 1
			}
		}
		for below := range scale {
			copy(picture.Pix[(from+y*scale+below)*picture.Stride:], line)
		}
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return b.Bytes(), err
}

// encode gives the modules of a text, and how many there are on a side with the margin.
func encode(text string, size int) (barcode.Barcode, int, error) {
	if size < Smallest || size > Largest {
		return nil, 0, fmt.Errorf("qr: a side of %d is out of bounds", size)
	}
	code, err := qr.Encode(text, qr.M, qr.Unicode) // M reads on with a seventh of it lost
	if err != nil {
		return nil, 0, err
	}
	return code, code.Bounds().Dx() + 2*margin, nil
}

// dark reports a module that is dark, counted from the corner of the margin.
func dark(code barcode.Barcode, x, y int) bool {
	at := image.Pt(x-margin, y-margin)
	return at.In(code.Bounds()) && code.At(at.X, at.Y) == color.Black
}
