namespace Straum.Lab.Traffic;

/// <summary>Three nodes, native routing.</summary>
public sealed class NativeLab() : LabFixture(new LabSpec { Mode = LabMode.Native });

/// <summary>Three nodes, VXLAN.</summary>
public sealed class VxlanLab() : LabFixture(new LabSpec { Mode = LabMode.Vxlan });

/// <summary>A lab that the tests build and wreck themselves.</summary>
public sealed class NoLab() : LabFixture(new LabSpec { Nodes = 1 })
{
    public override async ValueTask InitializeAsync() => await TakeMachineAsync();
}

// One lab fits on a machine, so none of these runs beside another.
[CollectionDefinition(nameof(NativeLab), DisableParallelization = true)]
public sealed class NativeLabCollection : ICollectionFixture<NativeLab>;

[CollectionDefinition(nameof(VxlanLab), DisableParallelization = true)]
public sealed class VxlanLabCollection : ICollectionFixture<VxlanLab>;

[CollectionDefinition(nameof(NoLab), DisableParallelization = true)]
public sealed class NoLabCollection : ICollectionFixture<NoLab>;
