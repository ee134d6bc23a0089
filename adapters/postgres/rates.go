package postgres

import (
	"encoding/json"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// rateJSON is a rate inside a column of JSON.
type rateJSON struct {
	Product attribution.ProductID `json:"product"`
	Tier    attribution.Tier      `json:"tier"`
	Bps     money.Bps             `json:"bps"`
	Flat    money.Amount          `json:"flat"`
}

// itemJSON is an item inside a column of JSON.
type itemJSON struct {
	Product attribution.ProductID `json:"product"`
	Amount  money.Amount          `json:"amount"`
}

func ratesOf(d document[[]rateJSON]) (rates []attribution.Rate) {
	for _, r := range d.content {
		rates = append(rates, attribution.Rate(r))
	}
	return rates
}

func itemsOf(d document[[]itemJSON]) (items []attribution.Item) {
	for _, i := range d.content {
		items = append(items, attribution.Item(i))
	}
	return items
}

func ratesArgument(rates []attribution.Rate) string {
	rows := make([]rateJSON, len(rates))
	for i, r := range rates {
		rows[i] = rateJSON(r)
	}
	return listArgument(rows)
}

func itemsArgument(items []attribution.Item) string {
	rows := make([]itemJSON, len(items))
	for i, item := range items {
		rows[i] = itemJSON(item)
	}
	return listArgument(rows)
}

// listArgument writes a list of texts and numbers, which can always be written.
func listArgument[T any](rows []T) string {
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err)
	}
	return string(text)
}
