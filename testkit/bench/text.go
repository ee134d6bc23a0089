package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// count writes a number with its thousands apart, and with a decimal where it is small.
func count(n float64) string {
	if n != math.Trunc(n) && math.Abs(n) < 100 {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	digits := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// duration writes three digits of a time, in the unit in which a person compares.
func duration(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
}

// size writes a size.
func size(n int64) string {
	if n >= 10<<30 {
		return fmt.Sprintf("%.0f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}

// span writes a median with the least and the most.
func span(o outcome) string {
	if len(o.rates) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", count(o.rate()), count(o.rates[0]), count(o.rates[len(o.rates)-1]))
}

// row writes cells between bars.
func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
