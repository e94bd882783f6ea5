using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;

namespace Straum.Lab.Controllers;

/// <summary>How far a rolling update may go above and below the wanted number of pods.</summary>
internal readonly record struct RollingUpdateBounds(int MaxSurge, int MaxUnavailable)
{
    /// <summary>Resolves percentages: surge up, unavailable down; both zero would never move, so one may then be missing.</summary>
    public static RollingUpdateBounds Of(JsonObject deployment, int replicas)
    {
        var surge = Resolve(deployment.At("spec", "strategy", "rollingUpdate", "maxSurge"), replicas, roundUp: true);
        var unavailable = Resolve(deployment.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), replicas, roundUp: false);
        if (surge == 0 && unavailable == 0)
        {
            unavailable = 1;
        }
        return new RollingUpdateBounds(surge, Math.Min(unavailable, replicas));
    }

    private static int Resolve(JsonNode? value, int replicas, bool roundUp)
    {
        if (value.AsNumber() is { } number)
        {
            return (int)number;
        }
        if (value.AsText() is { } text && text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
        {
            var share = percent * replicas;
            return roundUp ? (share + 99) / 100 : share / 100;
        }
        return 0;
    }
}
