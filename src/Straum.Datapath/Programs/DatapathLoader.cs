using Straum.Datapath.Abi;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Brings programs and tables into the kernel. Tables that a former agent pinned are taken over with all
/// their entries; the programs are always loaded anew and replace the attached ones link by link.
/// </summary>
public static class DatapathLoader
{
    private static readonly (string Program, AttachType Hook)[] SocketHooks =
    [
        ("sock_connect4", AttachType.CgroupInet4Connect),
        ("sock_connect6", AttachType.CgroupInet6Connect),
        ("sock_sendmsg4", AttachType.CgroupUdp4SendMsg),
        ("sock_sendmsg6", AttachType.CgroupUdp6SendMsg),
        ("sock_recvmsg4", AttachType.CgroupUdp4RecvMsg),
        ("sock_recvmsg6", AttachType.CgroupUdp6RecvMsg),
        ("sock_getpeername4", AttachType.CgroupInet4GetPeerName),
        ("sock_getpeername6", AttachType.CgroupInet6GetPeerName),
    ];

    /// <exception cref="FileNotFoundException">An object file is missing.</exception>
    /// <exception cref="LinuxException">The kernel refused a map or a program; the message has the verifier's verdict.</exception>
    public static LoadedDatapath Load(LoaderOptions options)
    {
        var pins = new PinLayout(options.PinDirectory);
        Directory.CreateDirectory(pins.Maps);
        Directory.CreateDirectory(pins.Links);

        var objects = new List<BpfObject>();
        try
        {
            var pod = LoadObject("pod");
            var uplink = LoadObject("uplink");
            var overlay = LoadObject("overlay");
            var socket = LoadObject("socket", ConfigureSocket);
            var sweep = options.SweepInKernel ? LoadObject("sweep") : null;

            var programs = new DatapathPrograms
            {
                PodOut = pod.Program("pod_out"),
                PodIn = pod.Program("pod_in"),
                UplinkIn = uplink.Program("uplink_in"),
                UplinkOut = uplink.Program("uplink_out"),
                OverlayIn = overlay.Program("overlay_in"),
                OverlayOut = overlay.Program("overlay_out"),
                Sockets = [.. SocketHooks.Select(h => new SocketProgram(h.Program, h.Hook, socket.Program(h.Program)))],
                Sweep = sweep?.Program("ct_sweep"),
            };
            return new LoadedDatapath(pins, new DatapathTables(map => BpfMap.OpenPinned(pins.Map(map.Name))), programs, objects);
        }
        catch
        {
            objects.ForEach(o => o.Dispose());
            throw;
        }

        BpfObject LoadObject(string name, Action<BpfObjectFile>? configure = null)
        {
            var path = Path.Combine(options.ObjectDirectory, name + ".bpf.o");
            if (!File.Exists(path))
            {
                throw new FileNotFoundException($"BPF object {path} is missing (make build leaves it beside the program; paths.objects names the directory)", path);
            }
            using var file = BpfObjectFile.Open(path);
            foreach (var map in file.Maps.Where(m => !m.Name.Contains('.', StringComparison.Ordinal)))
            {
                // Made by the first object that declares it, taken over by the others, and by the next agent.
                if (BpfMap.TryOpenPinned(pins.Map(map.Name)) is { } pinned)
                {
                    map.Reuse(pinned);
                    pinned.Dispose();
                    continue;
                }
                if (options.Sizes.Of(map.Name) is { } size)
                {
                    map.SetMaxEntries((int)size);
                }
                map.SetPinPath(pins.Map(map.Name));
            }
            configure?.Invoke(file);
            var loaded = file.Load();
            objects.Add(loaded);
            return loaded;
        }
    }

    internal static void ConfigureSocket(BpfObjectFile file) =>
        file.SetConstant("has_set_retval", (byte)(Features.SetReturnValue.IsSupported ? 1 : 0));
}
