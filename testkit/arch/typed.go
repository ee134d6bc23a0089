package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// maxMethods bounds an interface, what it embeds included.
const maxMethods = 6

// WideInterfaces complains about interfaces with more than six methods.
func WideInterfaces(pkgs []Checked) []string {
	var bad []string
	for _, p := range pkgs {
		for _, name := range p.Types.Scope().Names() {
			object, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
			if !ok {
				continue
			}
			if face, ok := object.Type().Underlying().(*types.Interface); ok && face.NumMethods() > maxMethods {
				bad = append(bad, fmt.Sprintf("%s.%s has %d methods, more than %d", p.Folder, name, face.NumMethods(), maxMethods))
			}
		}
	}
	return bad
}

// BareArithmetic complains about operators on a money.Amount, or on the conversion of one, which wrap
// without a word. Constants are exempt: the compiler refuses one that does not fit.
func BareArithmetic(module string, pkgs []Checked) []string {
	var bad []string
	for _, p := range pkgs {
		amount := func(x ast.Expr) bool { return isAmount(module, p.Info, x) }
		bad = append(bad, walk(p.Files, func(_ File, n ast.Node) string {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if p.Info.Types[n].Value == nil && arithmetic(n.Op) && (amount(n.X) || amount(n.Y)) {
					return n.Op.String() + " on an amount"
				}
			case *ast.UnaryExpr:
				if p.Info.Types[n].Value == nil && n.Op == token.SUB && amount(n.X) {
					return "- on an amount: Neg says it"
				}
			case *ast.IncDecStmt:
				if amount(n.X) {
					return n.Tok.String() + " on an amount"
				}
			case *ast.AssignStmt:
				if n.Tok != token.ASSIGN && n.Tok != token.DEFINE && slices.ContainsFunc(n.Lhs, amount) {
					return n.Tok.String() + " on an amount"
				}
			}
			return ""
		})...)
	}
	return bad
}

// arithmetic reports an operator that computes, rather than compares or decides.
func arithmetic(op token.Token) bool { return op >= token.ADD && op <= token.AND_NOT }

// isAmount reports an expression that is a money.Amount, or an integer just made from one.
func isAmount(module string, info *types.Info, x ast.Expr) bool {
	x = ast.Unparen(x)
	if named, ok := types.Unalias(info.TypeOf(x)).(*types.Named); ok {
		object := named.Obj()
		return object.Name() == "Amount" && object.Pkg() != nil && object.Pkg().Path() == module+"/core/money"
	}
	call, ok := x.(*ast.CallExpr)
	return ok && len(call.Args) == 1 && info.Types[call.Fun].IsType() && isAmount(module, info, call.Args[0])
}
