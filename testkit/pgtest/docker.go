package pgtest

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
)

// Image is what scripts/images.sh builds. It is never fetched: nobody publishes it, so whoever did would
// not be us. The end is a hash of the recipe, and a test holds it to the files.
const Image = "twist-test/postgres:15-4e761a02"

const containerPort = "5432/tcp"

// docker runs a server in a container that is removed when it ends.
func docker(ctx context.Context, c config) (*server, error) {
	reachable := prepare()
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, fmt.Errorf("no engine answers: %w", err)
	}
	if _, err := engine.ImageInspect(ctx, Image); err != nil {
		return nil, fmt.Errorf("scripts/images.sh has not built %s: %w", Image, err)
	}
	p := &leash{engine: engine, gone: make(chan struct{}), said: &tail{}}
	local := reachable && strings.HasPrefix(engine.DaemonHost(), "unix:")
	ctr, err := testcontainers.Run(ctx, Image,
		testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.WithCmd(settings(c)...),
		testcontainers.WithExposedPorts(containerPort),
		testcontainers.WithConfigModifier(onLeash),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) { disposable(h, c, local) }),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{p.tie},
		}))
	if err == nil {
		var s *server
		if s, err = joinContainer(ctx, ctr, p); err == nil {
			return s, nil
		}
	}
	_ = testcontainers.TerminateContainer(ctr, testcontainers.StopTimeout(0)) // err says more
	return nil, fmt.Errorf("%w: %s", err, p.said)
}

// prepare sets what testcontainers reads from the environment, where the caller has not. It reports whether
// ports are looked for on this machine.
func prepare() bool {
	setDefault("TESTCONTAINERS_RYUK_DISABLED", "true") // the leash does its work, and its image is not here
	if os.Getenv("TESTCONTAINERS_HOST_OVERRIDE") != "" {
		return false
	}
	// The file alone makes testcontainers look for ports on a gateway; machines have it that are no container.
	if _, err := os.Stat("/.dockerenv"); err == nil {
		setDefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
	}
	return true
}

func setDefault(name, value string) {
	if os.Getenv(name) == "" {
		_ = os.Setenv(name, value) // fails for a bad name only
	}
}

// onLeash lets the container's standard input end when we are gone, however we go.
func onLeash(c *container.Config) {
	c.OpenStdin, c.StdinOnce, c.AttachStdin = true, true, true
	c.StopSignal = "SIGQUIT"
}

// disposable leaves nothing of a container that has ended. Its password is no secret: an engine on this
// machine publishes the port to this machine only.
func disposable(h *container.HostConfig, c config, local bool) {
	h.AutoRemove = true
	if !c.durable {
		h.Tmpfs = map[string]string{"/memory": ""} // where start.sh runs it then: several times as fast
	}
	h.ShmSize = 256 << 20
	if local {
		h.PortBindings = network.PortMap{network.MustParsePort(containerPort): {{HostIP: netip.AddrFrom4([4]byte{127, 0, 0, 1})}}}
	}
}

func joinContainer(ctx context.Context, ctr testcontainers.Container, p *leash) (*server, error) {
	host, err := ctr.PortEndpoint(ctx, containerPort, "")
	if err != nil {
		return nil, fmt.Errorf("find its port: %w", err)
	}
	admin := &url.URL{
		Scheme: "postgres", User: url.UserPassword("twist", "twist"), Host: host,
		Path: "/postgres", RawQuery: "sslmode=disable",
	}
	if err := ready(ctx, admin, p.gone); err != nil {
		return nil, err
	}
	return join(ctx, "in a container of "+Image, admin, p.end)
}
